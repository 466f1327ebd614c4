"""What cohorts cost: one command measures, another writes ``docs/performance.md`` from it.

python -m benchmarks.performance [--data FOLDER] [--busy]     measure, write JSON and page
python -m benchmarks.performance --page                       the page again, from the JSON
"""
