// Forecast predicts the passengers of airlines a year ahead: an LSTM reads the months so far, predicts the next one, reads its own
// prediction as if it had happened, and so on for twelve months. Beside it stand forecasts that need no learning.
//
//	go run ./birnn/rnn/examples/forecast
//
// README.md shows the results.
package main

import (
	"context"
	"flag"
	"fmt"
	"math"

	"github.com/janpfeifer/must"

	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/sequences"
)

const year = 12 // months

func main() {
	seeds := flag.Int("seeds", 5, "number of networks to train, each with its own seed")
	validate := flag.Bool("validate", false, "keep the test years out: train up to 1955 and forecast 1956 and 1957")
	figure := flag.String("figure", "", "PNG file to draw the forecasts to")
	flag.Parse()
	b := must.M1(backend.Open(context.Background()))
	passengers := must.M1(sequences.Airline(context.Background(), "")).Values // from January 1949 to December 1960
	first := len(passengers) - 3*year                                         // the first month to forecast
	if *validate {
		passengers, first = passengers[:first], first-2*year
	}

	for _, naive := range []struct {
		name string
		method
	}{{"last month", lastMonth}, {"last year", lastYear}, {"last year, grown", lastYearGrown}} {
		mae, rmse := score(passengers[first:], yearByYear(naive.method, passengers, first))
		fmt.Printf("%-18s MAE %4.1f   RMSE %4.1f\n", naive.name, mae, rmse)
	}
	var maes, rmses []float64
	var forecasts [][]float64 // of each seed
	for seed := range *seeds {
		net := fit(b, passengers[:first], int64(seed+1), trainingSteps)
		forecasts = append(forecasts, yearByYear(net.nextYear, passengers, first))
		mae, rmse := score(passengers[first:], forecasts[seed])
		maes, rmses = append(maes, mae), append(rmses, rmse)
		fmt.Printf("LSTM, seed %d       MAE %4.1f   RMSE %4.1f\n", seed+1, mae, rmse)
	}
	fmt.Printf("LSTM: MAE %s, RMSE %s\n%s\n", spread(maes), spread(rmses), backend.Describe(b))
	if *figure != "" {
		must.M(draw(*figure, passengers, first, forecasts))
	}
}

// method forecasts the twelve months that follow a history.
type method func(history []float64) []float64

// yearByYear forecasts from the first month on, a year at a time: when a year is over, what really happened is known.
func yearByYear(m method, passengers []float64, first int) (forecast []float64) {
	for ; first < len(passengers); first += year {
		forecast = append(forecast, m(passengers[:first])...)
	}
	return forecast
}

// lastMonth repeats the last month.
func lastMonth(history []float64) (forecast []float64) {
	for range year {
		forecast = append(forecast, history[len(history)-1])
	}
	return forecast
}

// lastYear repeats the last year.
func lastYear(history []float64) []float64 { return history[len(history)-year:] }

// lastYearGrown lets the last year grow as it has grown over the one before.
func lastYearGrown(history []float64) (forecast []float64) {
	n := len(history)
	growth := sum(history[n-year:]) / sum(history[n-2*year:n-year])
	for _, value := range lastYear(history) {
		forecast = append(forecast, value*growth)
	}
	return forecast
}

// score returns the mean absolute error and the root of the mean squared error.
func score(values, forecast []float64) (mae, rmse float64) {
	for i, value := range values {
		mae += math.Abs(forecast[i] - value)
		rmse += (forecast[i] - value) * (forecast[i] - value)
	}
	n := float64(len(values))
	return mae / n, math.Sqrt(rmse / n)
}

func sum(values []float64) (s float64) {
	for _, value := range values {
		s += value
	}
	return s
}
