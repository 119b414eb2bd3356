"""Prints a C table of names, in the order in which a set gives them."""

print("static const char *const names[] = {")
for name in {"north", "east", "south", "west", "zenith", "nadir", "ecliptic", "meridian"}:
    print(f'    "{name}",')
print("};")
