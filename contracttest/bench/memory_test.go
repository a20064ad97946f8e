package bench

import (
	"fmt"
	"net/http"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/wrapper"
)

// The live heap while a loop ranges over 1,000,000 images, after each 100,000. How many pages are in memory at such a moment
// depends on how far they are read ahead, so growth shows in the means of the first and the last 300,000.
func BenchmarkMemory(b *testing.B) {
	const total, step = 1_000_000, 100_000
	fake := fakeapi.New(fakeapi.WithCatalogue(total, 1), fakeapi.WithRateLimit(0, 0))
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
	require.NoError(b, err)
	for range b.N {
		read, peak, early, late := 0, 0.0, 0.0, 0.0
		for _, err := range client.Images(b.Context(), wrapper.ListParams{}) {
			require.NoError(b, err)
			if read++; read%step == 0 {
				runtime.GC()
				var heap runtime.MemStats
				runtime.ReadMemStats(&heap)
				live := float64(heap.HeapAlloc) / (1 << 20)
				peak = max(peak, live)
				switch {
				case read <= 3*step:
					early += live / 3
				case read > total-3*step:
					late += live / 3
				}
				b.ReportMetric(live, fmt.Sprintf("MiB@%.1fM", float64(read)/1e6))
			}
		}
		require.Equal(b, total, read)
		b.ReportMetric(peak, "peak-MiB")
		b.ReportMetric(early, "early-MiB")
		b.ReportMetric(late, "late-MiB")
	}
}
