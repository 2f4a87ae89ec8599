package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/sequences"
)

// synthetic returns five made-up years that grow by a tenth each, with a season.
func synthetic() (values []float64) {
	for month := range 5 * year {
		season := 1 + 0.3*math.Sin(2*math.Pi*float64(month)/year)
		values = append(values, 100*season*math.Pow(1.1, float64(month/year)))
	}
	return values
}

// TestNaive: in the made-up series each year is the one before, grown.
func TestNaive(t *testing.T) {
	values, first := synthetic(), 3*year
	if mae, rmse := score(values[first:], yearByYear(lastYearGrown, values, first)); mae > 1e-9 || rmse > 1e-9 {
		t.Errorf("last year, grown: MAE %v, RMSE %v, want 0", mae, rmse)
	}
	if got, want := yearByYear(lastYear, values, first), values[2*year:4*year]; !slices.Equal(got, want) {
		t.Errorf("last year: got %v, want %v", got, want)
	}
	if mae, rmse := score([]float64{1, 2}, []float64{1, 4}); mae != 1 || rmse != math.Sqrt2 {
		t.Errorf("MAE %v, RMSE %v; want 1 and the root of 2", mae, rmse)
	}
}

func TestSynthetic(t *testing.T) {
	values, first := synthetic(), 4*year
	net := fit(backendtest.Go(t), values[:first], 1, 60)
	forecast := yearByYear(net.nextYear, values, first)
	_, learned := score(values[first:], forecast)
	_, naive := score(values[first:], yearByYear(lastYear, values, first))
	if len(forecast) != year || learned > naive {
		t.Errorf("RMSE %v, but %v if the last year is repeated", learned, naive)
	}
	file := filepath.Join(t.TempDir(), "figure.png")
	if err := draw(file, values, first, [][]float64{forecast, forecast}); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(file); err != nil || info.Size() < 1000 {
		t.Errorf("the figure: %v, %v", info, err)
	}
}

// TestAirline trains once as the program does; all seeds are in README.md.
func TestAirline(t *testing.T) {
	b := backendtest.XLA(t)
	airline, err := sequences.Airline(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	values, first := airline.Values, len(airline.Values)-3*year
	_, learned := score(values[first:], yearByYear(fit(b, values[:first], 1, trainingSteps).nextYear, values, first))
	_, naive := score(values[first:], yearByYear(lastYear, values, first))
	if learned > 0.8*naive {
		t.Errorf("RMSE %v, want at most 0.8 times the %v if the last year is repeated", learned, naive)
	}
}
