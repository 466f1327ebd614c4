"""Small pictures of a report as inline SVG: with a text alternative, by sign and position."""
