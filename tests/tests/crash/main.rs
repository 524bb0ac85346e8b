//! The validator as a process that dies, and a disk that fills up under it.

mod kill;
mod space;
mod stop;
