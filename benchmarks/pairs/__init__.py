"""The pair factory: small programs, causes planted in them, builds of both sides, and fix lines applied to both.

``model`` says what a pair is, ``plants`` how a cause gets into one, ``catalogue`` lists the pairs, ``workshop``
builds them, ``fixes`` applies the lines of a report. Nothing here imports elfdiff: the factory knows what it planted
and must not learn from what is judged.
"""
