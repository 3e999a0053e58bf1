"""All input and output: storage, keys, command line, renderers, wiring."""
