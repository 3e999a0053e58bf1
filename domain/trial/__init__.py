"""The trial as a whole: registered, decided, opened, paused, closed, locked."""
