"""Container images: OCI layouts and archives, docker save and crane archives, as containers whose blobs have roles."""
