"""Small figures of a report as inline SVG, with text alternatives; none relies on color alone."""
