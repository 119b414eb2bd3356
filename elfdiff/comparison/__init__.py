"""Two ElfFiles → Pair: who is whom, and which neutral rewrites turn one's text into the other's. Knows no cause."""
