"""Static archives, ar(5): reading them, pairing their members, and accounting for what is not inside a member."""
