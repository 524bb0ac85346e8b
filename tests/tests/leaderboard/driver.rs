//! A browser without a window, driven as WebDriver has it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use axonry_http::{Client, Request, Retry, Url};
use axonry_tests::programs::Running;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

/// How long a page may take to become what it should.
const PATIENCE: Duration = Duration::from_secs(60);

/// One browser with one page; both end with it.
pub(crate) struct Browser {
    client: Client,
    session: Url,
    _driver: Running,
}

impl Browser {
    /// A browser, or nothing after saying that a test was not run.
    #[expect(clippy::print_stderr, reason = "a test that is not run must be seen")]
    pub(crate) async fn start(test: &str) -> Result<Option<Self>> {
        if std::env::var_os("AXONRY_BROWSER").is_none() {
            eprintln!("NOT RUN: {test}: AXONRY_BROWSER is not set");
            return Ok(None);
        }
        let (driver, port) = tokio::task::spawn_blocking(driver).await??;
        // A browser that has to share the machine takes its time.
        let client = Client::builder()
            .retry(Retry::never())
            .min_rate(0, Duration::ZERO)
            .first_byte_deadline(PATIENCE)
            .request_deadline(PATIENCE)
            .build()?;
        let base: Url = format!("http://127.0.0.1:{port}/").parse()?;
        // Who runs as root, as in a container, has no sandbox.
        let options = json!({ "args": ["--headless=new", "--no-sandbox", "--disable-gpu",
            "--disable-dev-shm-usage", "--hide-scrollbars", "--window-size=1280,900"] });
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options } } });
        let made = post(&client, base.join("session")?, &wanted).await?;
        let id = made["sessionId"].as_str().context("a session")?;
        let session = base.join(&format!("session/{id}/"))?;
        Ok(Some(Self {
            client,
            session,
            _driver: driver,
        }))
    }

    /// Goes to a page.
    pub(crate) async fn open(&self, address: &Url) -> Result<()> {
        self.call("url", &json!({ "url": address.as_str() }))
            .await?;
        Ok(())
    }

    /// What a piece of script gives.
    pub(crate) async fn run(&self, script: &str) -> Result<Value> {
        let call = json!({ "script": script, "args": [] });
        let ran = self.call("execute/sync", &call).await;
        ran.with_context(|| format!("in the page: {script}"))
    }

    /// What an expression is worth.
    pub(crate) async fn read(&self, expression: &str) -> Result<Value> {
        self.run(&format!("return {expression};")).await
    }

    /// Waits until an expression is true.
    pub(crate) async fn until(&self, expression: &str) -> Result<()> {
        let waiting = async {
            // A page that is being left has no values.
            while !matches!(self.read(expression).await, Ok(Value::Bool(true))) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        waited.with_context(|| format!("never true: {expression}"))
    }

    /// Presses a key while an element has the focus.
    pub(crate) async fn press(&self, selector: &str, key: &str) -> Result<()> {
        self.run(&format!("document.querySelector('{selector}').focus()"))
            .await?;
        let actions = json!({ "actions": [{ "type": "key", "id": "keys", "actions": [
            { "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }] }] });
        self.call("actions", &actions).await?;
        Ok(())
    }

    /// A screen of another size, with another taste.
    pub(crate) async fn screen(&self, width: u32, height: u32, scheme: &str) -> Result<()> {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", &size)
            .await?;
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", &media).await
    }

    /// Lets scripts of the page run or not, from the next page on.
    pub(crate) async fn scripts(&self, run: bool) -> Result<()> {
        let disabled = json!({ "value": !run });
        self.devtools("Emulation.setScriptExecutionDisabled", &disabled)
            .await
    }

    /// The picture on the screen, as PNG.
    pub(crate) async fn picture(&self) -> Result<Vec<u8>> {
        let taken = Request::get(self.session.join("screenshot")?);
        let taken: Value = self.client.json(taken).await?.body;
        let text = taken["value"].as_str().context("a picture")?;
        Ok(BASE64_STANDARD.decode(text)?)
    }

    async fn devtools(&self, command: &str, parameters: &Value) -> Result<()> {
        let call = json!({ "cmd": command, "params": parameters });
        self.call("goog/cdp/execute", &call).await?;
        Ok(())
    }

    async fn call(&self, command: &str, call: &Value) -> Result<Value> {
        post(&self.client, self.session.join(command)?, call).await
    }
}

async fn post(client: &Client, to: Url, call: &Value) -> Result<Value> {
    let answer: Value = client.json(Request::post_json(to, call)).await?.body;
    Ok(answer["value"].clone())
}

/// Starts the driver at a port that is free.
fn driver() -> Result<(Running, u16)> {
    let mut command = Command::new("chromedriver");
    command
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let started = command.spawn();
    let mut process = started.context("AXONRY_BROWSER is set, and there is no `chromedriver`")?;
    let mut said = BufReader::new(process.stdout.take().context("a pipe")?).lines();
    let running = Running(process);
    loop {
        let line = said.next().context("chromedriver ended")??;
        if let Some((_, port)) = line.rsplit_once("successfully on port ") {
            let port = port.trim_end_matches('.').parse()?;
            std::thread::spawn(move || said.for_each(drop));
            return Ok((running, port));
        }
    }
}
