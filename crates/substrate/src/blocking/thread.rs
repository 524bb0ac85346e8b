use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use super::BlockingError;

/// The thread that a client's tasks run on; it ends with this.
#[derive(Debug)]
pub(super) struct Worker {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    pub(super) fn start() -> Result<Self, BlockingError> {
        refuse_inside_async()?;
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(BlockingError::Thread)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("axonry-substrate".to_owned())
            .spawn(move || {
                // Told to stop or left alone, it ends either way.
                let _ = runtime.block_on(stopped);
            })
            .map_err(BlockingError::Thread)?;
        Ok(Self {
            handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Waits on the caller's thread for what the worker's drives.
    pub(super) fn wait<T>(&self, call: impl Future<Output = T>) -> Result<T, BlockingError> {
        refuse_inside_async()?;
        Ok(self.handle.block_on(call))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It waits for this and nothing else.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn refuse_inside_async() -> Result<(), BlockingError> {
    match Handle::try_current() {
        Ok(_) => Err(BlockingError::InsideAsync),
        Err(_) => Ok(()),
    }
}
