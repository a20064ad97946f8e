package wrapper

import "fmt"

// count returns "1 poll", or "3 polls".
func count[N int | int64](n N, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// howOften returns "once", or "3 times".
func howOften(n int) string {
	if n == 1 {
		return "once"
	}
	return count(n, "time")
}
