// Command primes prints the primes below 50.
package main

func prime(n int) bool {
	for divisor := 2; divisor*divisor <= n; divisor++ {
		if n%divisor == 0 {
			return false
		}
	}
	return n > 1
}

func main() {
	for n := 0; n < 50; n++ {
		if prime(n) {
			println(n)
		}
	}
}
