"""Report to text, JSON, Markdown and annotations: pure functions, nothing printed."""
