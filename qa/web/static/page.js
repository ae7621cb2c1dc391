() => {
	// A citation's number opens the passage that it stands for. A plain link would not do: Gradio sets <base>, so that
	// "#..." leaves the page as soon as its address carries a query.
	const numbers = () => [...document.querySelectorAll("button.number[data-target]")];
	const markOf = (button) => document.getElementById(button.dataset.target);
	const open = (mark) => {
		const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
		mark.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
		mark.focus({ preventScroll: true });
	};
	document.addEventListener("click", (event) => {
		const button = event.target.closest("button.number[data-target]");
		const mark = button && markOf(button);
		if (mark) open(mark);
	});

	// Arrows walk the citations: their numbers in the answer, or what they stand for in the evidence.
	const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
	const walk = (at, step) => {
		const isNumber = at.matches("button");
		const all = isNumber ? numbers() : numbers().map(markOf).filter(Boolean);
		const next = all[(all.indexOf(at) + step + all.length) % all.length];
		if (isNumber) next?.focus();
		else if (next) open(next);
	};
	// Escape closes what was opened, or goes back: from the evidence to the citation, from there to the question.
	const close = (at) => {
		const details = at.closest("details[open]");
		const number = numbers().find((each) => markOf(each) === at) ?? numbers()[0];
		if (details) {
			details.open = false;
			details.querySelector("summary").focus();
		} else if (at.closest("#evidence-column") && number) number.focus();
		else document.querySelector("#question textarea").focus();
	};
	document.addEventListener("keydown", (event) => {
		if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
		const citation = event.target.closest?.("button.number[data-target], .evidence mark[id]");
		if (citation && event.key in steps) walk(citation, steps[event.key]);
		else if (event.key === "Escape" && event.target.closest?.("#chat, #evidence-column")) close(event.target);
		else return;
		event.preventDefault();
	});

	// Days get the date field of the browser, whose value is the same YYYY-MM-DD. The accordion makes its fields late.
	const filters = document.querySelector("#filters");
	const adapt = () => {
		for (const field of filters.querySelectorAll(".day input[type=text]")) field.type = "date";
	};
	if (filters) new MutationObserver(adapt).observe(filters, { childList: true, subtree: true });

	// Gradio writes the place of a question in the queue in a form of its own, which page.css hides. It is told once it
	// stays for a moment: without other questions, nobody waits.
	const queue = document.querySelector("#queue");
	const TOO_EARLY = "The last question is still being answered: wait for it, or stop it.";
	const isBusy = () => Boolean(document.querySelector("#stop")?.checkVisibility());
	let soon;
	let early = false;
	const tell = () => {
		soon = undefined;
		const told = queue.querySelector("p.queue");
		const place = /queue: (\d+)\/(\d+)/.exec(queue.textContent);
		const words = place ? `Waiting in the queue: number ${place[1]} of ${place[2]}.` : early && isBusy() ? TOO_EARLY : "";
		early &&= isBusy();
		if (told && told.textContent !== words) told.textContent = words;
	};
	const wait = () => {
		soon ??= setTimeout(tell, 400);
	};
	if (queue) new MutationObserver(wait).observe(queue, { childList: true, subtree: true, characterData: true });

	// One question at a time: of two, Gradio could stop the second only. What was written stays in the field.
	const onlyOne = (event) => {
		const asks = event.key === "Enter" && !event.shiftKey && event.target.matches?.("#question textarea");
		if (!asks || !isBusy()) return;
		event.preventDefault();
		event.stopPropagation();
		early = true;
		wait();
	};
	document.addEventListener("keydown", onlyOne, true);

	// The list below the plot says the same in words; of the plot, screen readers would hear nameless images.
	document.querySelector("#timeline-plot")?.setAttribute("aria-hidden", "true");

	// Gradio calls its examples a list but none of them an item, which screen readers stumble over.
	const chat = document.querySelector("#chat");
	const group = () => {
		const examples = chat.querySelector(".examples[role=list]");
		examples?.setAttribute("role", "group");
		examples?.setAttribute("aria-label", "Questions to begin with");
	};
	if (chat) new MutationObserver(group).observe(chat, { childList: true, subtree: true });
	if (chat) group();
}
