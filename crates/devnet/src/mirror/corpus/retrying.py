class RetryingCaller:
    """Calls a function again after errors that may pass, with growing pauses."""

    def __init__(self, attempts=3, first_pause=0.5, sleep=time.sleep):
        if attempts < 1:
            raise ValueError("at least one attempt is needed")
        self.attempts = attempts
        self.first_pause = first_pause
        self.sleep = sleep
        self.failures = collections.Counter()

    def call(self, function, *args, **kwargs):
        pause = self.first_pause
        for attempt in range(1, self.attempts + 1):
            try:
                return function(*args, **kwargs)
            except (ConnectionError, TimeoutError) as error:
                self.failures[type(error).__name__] += 1
                if attempt == self.attempts:
                    raise
                self.sleep(pause)
                pause = min(pause * 2, 30.0)
