/// Lets so many units through per second, and saves up a few for later.
pub struct TokenBucket {
    capacity: f64,
    per_second: f64,
    level: f64,
    updated: f64,
}

impl TokenBucket {
    pub fn new(capacity: f64, per_second: f64) -> Self {
        Self { capacity, per_second, level: capacity, updated: 0.0 }
    }

    /// Takes `amount` at time `now`, or tells how long to wait for it.
    pub fn take(&mut self, amount: f64, now: f64) -> Result<(), f64> {
        let elapsed = (now - self.updated).max(0.0);
        self.level = (self.level + elapsed * self.per_second).min(self.capacity);
        self.updated = now;
        if amount > self.capacity {
            return Err(f64::INFINITY);
        }
        if self.level >= amount {
            self.level -= amount;
            Ok(())
        } else {
            Err((amount - self.level) / self.per_second)
        }
    }
}
