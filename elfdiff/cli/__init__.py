"""Arguments, colour, exit codes, progress: the only place that prints."""
