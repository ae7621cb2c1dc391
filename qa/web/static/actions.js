// What a reader does inside of answers and evidence. Gradio runs this once, with `trigger` and `server` at hand.

// The button that asked again: it leaves the page with the old answer.
let asked = null;

const revise = (button) => {
	const field = button.parentElement.querySelector("input, textarea");
	if (!("value" in button.dataset) && !field.reportValidity()) return;
	asked = button;
	trigger("revise", {
		kind: button.dataset.revise,
		turn: Number(button.dataset.turn),
		value: button.dataset.value ?? field.value,
	});
};

// The address of the page with another question. Behind a proxy only the browser knows it.
const copyLink = async (button) => {
	const address = location.origin + location.pathname + button.dataset.link;
	const said = button.parentElement.querySelector(".said");
	try {
		await navigator.clipboard.writeText(address);
		said.textContent = "Copied.";
	} catch {
		// Browsers let only pages over https, or of this machine, write to the clipboard.
		const field = document.createElement("input");
		Object.assign(field, { value: address, readOnly: true, ariaLabel: "Link to this question" });
		said.replaceChildren("Copy it here: ", field);
		field.select();
	}
};

// A vote on an answer; of the button beside it, with the reason.
const vote = (button) => {
	const why = button.closest(".because");
	trigger("vote", {
		turn: Number(button.dataset.turn),
		vote: button.dataset.vote,
		reason: why ? why.querySelector("input").value : "",
	});
};

// The button in the list of the period whose bar this is: Vega keeps what a mark shows in `__data__`.
const buttonOf = (mark) => {
	const period = mark.closest("#timeline-plot svg") && mark.__data__?.datum?.period;
	return [...document.querySelectorAll("button[data-bar]")].find((button) => button.textContent === period);
};

document.addEventListener("click", (event) => {
	const button =
		event.target.closest("button[data-revise], button[data-link], button[data-vote], button[data-bar]") ??
		buttonOf(event.target);
	if (!button) return;
	if (button.dataset.link) copyLink(button);
	else if (button.dataset.vote) vote(button);
	else if (button.dataset.bar) trigger("days", { bar: Number(button.dataset.bar) });
	else revise(button);
});

// A page that was opened by a link asks its question, once.
if (new URLSearchParams(location.search).get("q")) trigger("linked", { search: location.search });

document.addEventListener("keydown", (event) => {
	if (event.key === "Enter" && event.target.matches(".day-of-asking input")) {
		revise(event.target.parentElement.querySelector("button[data-revise]"));
	}
	if (event.key === "Enter" && !event.shiftKey && event.target.matches(".edit textarea")) {
		event.preventDefault();
		revise(event.target.parentElement.querySelector("button[data-revise]"));
	}
	if (event.key === "Enter" && event.target.matches(".because input")) {
		event.target.closest(".because").querySelector("button").click();
	}
});

// Who asked again from the keyboard goes on from the new answer, not from the top of the page.
new MutationObserver(() => {
	if (!asked || asked.isConnected) return;
	const understood = document.querySelector("section.understood");
	if (!understood) return;
	asked = null;
	if (document.activeElement === document.body) understood.focus({ preventScroll: true });
}).observe(document.body, { childList: true, subtree: true });

// What changed in an article is asked for when it is opened first. The toggle event does not bubble.
document.addEventListener("toggle", async (event) => {
	const details = event.target;
	if (!details.matches?.("details.changes[data-article]") || !details.open || details.dataset.asked) return;
	details.dataset.asked = "yes";
	const place = details.querySelector("div");
	place.textContent = "Looking…";
	try {
		place.innerHTML = await server.changes(details.dataset.article);
	} catch {
		place.textContent = "What changed could not be loaded. Close this and open it again.";
		delete details.dataset.asked;
	}
}, true);
