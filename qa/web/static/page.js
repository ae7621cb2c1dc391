() => {
	// A citation's number opens the passage that it stands for. A plain link would not do: Gradio sets <base>, so that
	// "#..." leaves the page as soon as its address carries a query.
	document.addEventListener("click", (event) => {
		const button = event.target.closest("button.number[data-target]");
		const mark = button && document.getElementById(button.dataset.target);
		if (!mark) return;
		const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
		mark.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
		mark.focus({ preventScroll: true });
	});

	// Days get the date field of the browser, whose value is the same YYYY-MM-DD. The accordion makes its fields late.
	const filters = document.querySelector("#filters");
	const adapt = () => {
		for (const field of filters.querySelectorAll(".day input[type=text]")) field.type = "date";
	};
	if (filters) new MutationObserver(adapt).observe(filters, { childList: true, subtree: true });

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
