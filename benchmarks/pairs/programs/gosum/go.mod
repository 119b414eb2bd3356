module example.org/gosum

go 1.21
