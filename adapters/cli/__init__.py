"""The command line: reads what people type, asks conduct and inquire, prints what they answer."""
