// Events from a web page to the agent on the same device, to be copied into a kiosk's own pages.
//
// An event is in localStorage from track() until the agent has stored it, across reloads and while
// the agent is away. It keeps its messageId: sent twice, it is stored once. The page's origin must
// be one of `allowed_origins` in the agent's configuration.
"use strict";

class Footfall {
    // `localKey` is one of `local_keys` in the agent's configuration, where it has any;
    // `pauseMilliseconds` are between two tries while the agent does not store.
    constructor(
        agent = "http://127.0.0.1:4680", { localKey = "", pauseMilliseconds = 2000 } = {}) {
        this.address = agent + "/v1/track";
        this.headers = { "Content-Type": "application/json" };
        if (localKey) this.headers.Authorization = `Bearer ${localKey}`;
        this.pauseMilliseconds = pauseMilliseconds;
        this.isSending = false;
        this.count = 0;
        this.send();
    }

    // Keeps an event and begins to send it. False where it could not be kept: 5 MB are waiting, or
    // the browser keeps nothing for this page.
    track(event, properties = {}) {
        const timestamp = new Date().toISOString();
        // 128 bits; crypto.randomUUID is only for pages that came by https or from this machine.
        const messageId = Array.from(crypto.getRandomValues(new Uint8Array(16)),
            (byte) => byte.toString(16).padStart(2, "0")).join("");
        // Sorted, the keys are in the order of time, also within a millisecond and of two tabs.
        const number = String(this.count++).padStart(9, "0");
        const message = { type: "track", event, properties, messageId, timestamp };
        try {
            localStorage.setItem(
                `footfall ${timestamp} ${number} ${messageId}`, JSON.stringify(message));
        } catch (error) {
            console.warn(`footfall: ${event} is lost: ${error.message}`);
            return false;
        }
        this.send();
        return true;
    }

    // The keys of what waits, oldest first.
    waiting() {
        return Object.keys(localStorage).filter((key) => key.startsWith("footfall ")).sort();
    }

    // Sends what waits, one after the other. Never throws, and runs once at a time.
    async send() {
        if (this.isSending) return;
        this.isSending = true;
        try {
            for (let key; (key = this.waiting()[0]) !== undefined;) {
                const body = localStorage.getItem(key);
                // Null: another tab has sent it meanwhile.
                if (body === null || await this.isSettled(body)) {
                    localStorage.removeItem(key);
                } else {
                    await new Promise((resolve) => setTimeout(resolve, this.pauseMilliseconds));
                }
            }
        } catch (error) {
            // The browser keeps nothing for this page, or no more. The next event tries again.
            console.warn(`footfall: ${error.message}`);
        } finally {
            this.isSending = false;
        }
    }

    // Whether the agent has stored an event, or never will: then it is of no use to send it again.
    async isSettled(body) {
        try {
            const answer = await fetch(this.address, {
                method: "POST", headers: this.headers, body,
                signal: AbortSignal.timeout(10_000),
            });
            const isRefused = answer.status === 400 || answer.status === 413;
            if (isRefused) console.error(`footfall: ${answer.status} for ${body}`);
            else if (!answer.ok) console.warn(`footfall: not delivered yet: ${answer.status}`);
            return answer.ok || isRefused;
        } catch (error) {
            // The browser does not tell an agent that is away from one that refuses this origin.
            console.warn(`footfall: not delivered yet: ${error.message}`);
            return false;
        }
    }
}
