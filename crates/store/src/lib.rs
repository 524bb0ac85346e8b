//! What must survive a restart: journal, state, history.
