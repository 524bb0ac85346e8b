// MovingRate counts events over the last few seconds.
func MovingRate(window time.Duration) func(now time.Time, events int) float64 {
	type sample struct {
		at     time.Time
		events int
	}
	var samples []sample
	total := 0
	return func(now time.Time, events int) float64 {
		samples = append(samples, sample{now, events})
		total += events
		for len(samples) > 0 && now.Sub(samples[0].at) > window {
			total -= samples[0].events
			samples = samples[1:]
		}
		return float64(total) / window.Seconds()
	}
}
