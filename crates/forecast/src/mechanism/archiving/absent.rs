//! The same where no archive is compiled in: nothing is written, and nothing is there to read.

use std::time::Duration;

use axonry_core::{Hotkey, Uid};

use super::ForecastSettings;
use super::asking::Correct;
use super::scoring::Unread;
use crate::{Paths, Prompt};

/// What an archive may take over a prompt.
pub(super) const PATIENCE: Duration = Duration::ZERO;

#[derive(Clone, Debug)]
pub(super) struct Archiving;

impl Archiving {
    pub(super) const fn of(_: &ForecastSettings) -> Self {
        Self
    }

    pub(super) const fn is_on(&self) -> bool {
        false
    }

    pub(super) const fn file(&self, _: &Prompt) -> Writing {
        Writing
    }

    pub(super) async fn open(&self, _: &Prompt) -> Result<Option<Reading>, Unread> {
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct Writing;

impl Writing {
    pub(super) async fn add(&mut self, _: Correct) {}

    pub(super) async fn publish(&mut self) -> Option<String> {
        None
    }
}

#[derive(Debug)]
pub(super) enum Reading {}

impl Reading {
    pub(super) async fn next(&mut self) -> Result<Option<(Uid, Hotkey, Paths)>, Unread> {
        match *self {}
    }
}
