package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What doimages adds to a program that has net/http and encoding/json anyway.
func BenchmarkSize(b *testing.B) {
	size := func(program string) float64 {
		file := filepath.Join(b.TempDir(), program)
		out, err := exec.CommandContext(b.Context(), "go", "build", "-o", file, "./size/"+program).CombinedOutput()
		require.NoError(b, err, string(out))
		info, err := os.Stat(file)
		require.NoError(b, err)
		return float64(info.Size())
	}
	for range b.N {
		hello, service := size("hello"), size("service")
		b.ReportMetric((service-hello)/(1<<20), "added-MiB")
		b.ReportMetric(hello/(1<<20), "before-MiB")
	}
}
