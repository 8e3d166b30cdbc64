"""Programs for those who work on Wengert."""
