"""The scripts of validation/: examples run, every measurement has its place on the page."""

import doctest

import pytest

from cases import one_test
from validation import bad_input, judging, measurements, published, tables


@one_test
@pytest.mark.parametrize(
    "module",
    [bad_input, judging, published, tables],
    ids=lambda module: module.__name__,
)
def test_examples_of_the_scripts(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert found.failed == 0


def test_the_page_has_a_part_for_every_measurement():
    page = measurements.PAGE.read_text(encoding="utf-8")
    for name in measurements.MEASUREMENTS:
        changed = measurements.replaced(page, name, "figures")
        assert changed != page
        assert measurements.replaced(changed, name, "figures") == changed


def test_a_part_that_the_page_lacks_is_an_error():
    with pytest.raises(ValueError, match="no part 'weather'"):
        measurements.replaced("<!-- a --><!-- /a -->", "weather", "fine")
