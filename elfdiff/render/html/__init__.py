"""The report as one page: no network, no script, everything from the files escaped."""
