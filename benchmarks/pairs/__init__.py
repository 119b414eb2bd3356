"""The pair factory: small programs, causes planted in them, builds of both sides, and fix lines applied to both.

``model`` says what a pair is, ``common`` which programs there are, ``plants`` how a cause gets into one. ``paths``,
``clocks``, ``orders``, ``languages``, ``sources``, ``mixtures`` and ``packages`` write the pairs down, and
``catalogue`` lists them; ``workshop`` builds them, ``fixes`` applies the lines of a report. Nothing here imports
elfdiff: the factory knows what it planted and must not learn from what is judged.
"""
