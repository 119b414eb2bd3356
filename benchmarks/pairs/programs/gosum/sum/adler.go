// Package sum holds the checksums of gosum.
package sum

const modulus = 65521

// Adler is the Adler-32 checksum of data.
func Adler(data []byte) uint32 {
	low, high := uint32(1), uint32(0)
	for _, value := range data {
		low = (low + uint32(value)) % modulus
		high = (high + low) % modulus
	}
	return high<<16 | low
}
