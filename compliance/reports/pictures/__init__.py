"""Pictures where people would rather look; each comes with the table of the numbers it draws."""
