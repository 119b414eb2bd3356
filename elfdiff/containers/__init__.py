"""What holds files: directories, packages, archives and compressed streams, with the place of each of their bytes."""
