// WorkerPool runs jobs on a fixed number of goroutines until its context ends.
type WorkerPool struct {
	jobs chan func(context.Context) error
	errs chan error
	wait sync.WaitGroup
}

func NewWorkerPool(ctx context.Context, workers int) *WorkerPool {
	pool := &WorkerPool{
		jobs: make(chan func(context.Context) error),
		errs: make(chan error, workers),
	}
	for i := 0; i < workers; i++ {
		pool.wait.Add(1)
		go func() {
			defer pool.wait.Done()
			for {
				select {
				case <-ctx.Done():
					return
				case job, open := <-pool.jobs:
					if !open {
						return
					}
					if err := job(ctx); err != nil {
						pool.errs <- err
					}
				}
			}
		}()
	}
	return pool
}
