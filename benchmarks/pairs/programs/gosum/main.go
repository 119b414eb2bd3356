// Command gosum prints checksums of the files named.
package main

import (
	"fmt"
	"os"

	"example.org/gosum/sum"
)

var (
	builtOn  = "unknown"
	builtBy  = "unknown"
	revision = "unknown"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println("gosum 0.2", builtOn, builtBy, revision)
		return
	}
	for _, name := range os.Args[1:] {
		data, err := os.ReadFile(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Printf("%08x %s\n", sum.Adler(data), name)
	}
}
