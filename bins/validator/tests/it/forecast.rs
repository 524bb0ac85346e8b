//! `--mechanism forecast`: the demonstration, and axons that are somebody else's.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::program::Program;

#[test]
fn one_command_shows_a_whole_cycle_of_forecasts() -> Result<()> {
    let line = ["--network", "devnet", "--mechanism", "forecast", "--json"];
    let done = Program::new(line).run()?;
    assert_eq!(done.code, 0, "{}", done.stderr);
    let report: Value = serde_json::from_str(&done.stdout).context("one JSON object")?;
    assert_eq!(report["landing"]["outcome"], "VerifiedInState");
    assert_eq!(report["netuid"], 50);
    let details = &report["details"];
    for prompt in details["prompts"].as_array().context("prompts")? {
        let outcomes = json!({ "correct": 8, "incorrect": 2, "no_axon": 1 });
        assert_eq!(prompt["outcomes"], outcomes, "{prompt}");
    }
    assert_eq!(details["scored"].as_array().map(Vec::len), Some(2));
    Ok(())
}

/// Answers any POST with a path for each that is asked for; in whole or not.
fn stranger(whole: bool) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            // Whoever asked sees what is missing.
            let _ = answer(stream, whole);
        }
    });
    Ok(address)
}

fn answer(stream: TcpStream, whole: bool) -> Result<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim().to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let asked: Value = serde_json::from_slice(&body)?;
    let input = &asked["simulation_input"];
    let start: jiff::Timestamp = input["start_time"].as_str().context("a start")?.parse()?;
    let number = |name: &str| input[name].as_i64().context("a number");
    let points = number("time_length")? / number("time_increment")? + 1;
    let path: Vec<_> = (0..points)
        .map(|point| json!(67_000.5 + point as f64))
        .collect();
    let mut output = vec![json!(start.as_second()), input["time_increment"].clone()];
    for _ in 0..number("num_simulations")? {
        output.push(json!(path));
    }
    let body = json!({ "simulation_input": {}, "simulation_output": output }).to_string();
    let cut = if whole { body.len() } else { body.len() / 2 };
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    let mut stream = reader.into_inner();
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body.as_bytes()[..cut])?;
    Ok(())
}

#[test]
fn prompts_of_a_file_go_to_the_axons_that_a_configuration_announces() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).to_str().map(str::to_owned);
    let (devnet, prompts) = (
        path("d.json").context("plain")?,
        path("p.toml").context("plain")?,
    );
    let neurons = json!([
        { "uid": 0, "hotkey": "//Alice", "stake_tao": 100_000, "validator_permit": true },
        { "uid": 1, "hotkey": "//Miner//1", "axon": stranger(true)?.to_string() },
        { "uid": 2, "hotkey": "//Miner//2", "axon": stranger(false)?.to_string() },
    ]);
    fs::write(
        &devnet,
        json!({ "netuid": 50, "neurons": neurons }).to_string(),
    )?;
    let prompt = "[[prompts]]\nasset = \"BTC\"\ntime_increment = 60\ntime_length = 3600\n\
        num_simulations = 3\ntimeout_s = 20.0\n";
    fs::write(&prompts, prompt)?;
    let subnet = ["--network", "devnet", "--devnet-config", &devnet, "--json"];
    let asked = [
        "--mechanism",
        "forecast",
        "--prompts",
        &prompts,
        "--rounds",
        "1",
    ];
    let done = Program::new(subnet).and(asked).run()?;
    assert_eq!(done.code, 0, "{}", done.stderr);
    let report: Value = serde_json::from_str(&done.stdout).context("one JSON object")?;
    let prompt = &report["details"]["prompts"][0];
    assert_eq!(
        (&prompt["asset"], &prompt["timeout_s"]),
        (&json!("BTC"), &json!(20.0))
    );
    for stage in ["prepare", "forward", "read", "save", "behind", "whole"] {
        assert!(prompt["stages_ms"][stage].is_f64(), "{stage}: {prompt}");
    }
    let (good, cut) = (&prompt["miners"][1], &prompt["miners"][2]);
    assert_eq!(
        (&good["outcome"], &good["format_validation"]),
        (&json!("correct"), &json!("CORRECT"))
    );
    assert!(good["latency_s"].as_f64() > Some(0.0) && good["reason"].is_null());
    assert_eq!(cut["outcome"], "broke_off");
    assert!(cut["latency_s"].is_null() && cut["reason"].is_string());
    let said = "time out or internal server error (process time is None)";
    assert_eq!(cut["format_validation"], said);
    let scored = &report["details"]["scored"][0]["miners"];
    assert_eq!(
        (&scored[1]["prompt_score"], &scored[2]["crps"]),
        (&json!(0.0), &Value::Null)
    );
    Ok(())
}
