// What a reader does inside of lists and articles. Gradio runs this once, with `trigger` at hand.

// The entry that was opened last, to go back to, and the article that is still to come.
let opened = null;
let awaited = null;
// Whether a page of the list was turned that is still to come.
let turned = false;

document.addEventListener("click", (event) => {
	if (event.target.closest("#archive-pages button")) turned = true;
	const button = event.target.closest("button[data-read]");
	if (!button) return;
	if (button.matches(".entry")) opened = button.dataset.read;
	awaited = button.dataset.read;
	mark();
	trigger("read", { article: button.dataset.read });
});

// The entry of the list whose article is shown. The list may have been made anew.
const entries = () => [...document.querySelectorAll(".listing button.entry")];
const mark = () => {
	for (const entry of entries()) {
		if (entry.dataset.read === opened) entry.setAttribute("aria-current", "true");
		else entry.removeAttribute("aria-current");
	}
};

// An article that came is read from its title on; on a narrow page it stands below the list.
const within = (changes, place) => changes.some((change) => change.target.closest?.(place));
new MutationObserver((changes) => {
	if (within(changes, "#archive-list")) {
		mark();
		// The buttons stand below the list, which is read from its beginning.
		if (turned) document.querySelector("#archive-list").scrollIntoView({ block: "start" });
		turned = false;
	}
	if (awaited === null || !within(changes, "#archive-reader")) return;
	// Gradio changes more than once around it.
	const reading = document.querySelector("#archive-reader .reading");
	if (reading?.dataset.article !== awaited) return;
	awaited = null;
	const title = reading.querySelector("h2");
	const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
	document.querySelector("#archive-reader").scrollTop = 0;
	const { top, bottom } = title.getBoundingClientRect();
	const isSeen = top >= 0 && bottom <= innerHeight;
	if (!isSeen) title.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
	title.focus({ preventScroll: true });
}).observe(document.body, { childList: true, subtree: true });

// Escape goes back from the article to the list, and so does its button on a narrow page.
const goBack = () => (entries().find((each) => each.dataset.read === opened) ?? entries()[0])?.focus();
document.addEventListener("keydown", (event) => {
	if (event.key !== "Escape" || !event.target.closest?.("#archive-reader")) return;
	goBack();
	event.preventDefault();
});
document.addEventListener("click", (event) => {
	if (event.target.closest("#archive-reader button.to-list")) goBack();
});

// Days get the date field of the browser, as those of the chat do.
new MutationObserver(() => {
	for (const field of document.querySelectorAll("#archive-form .day input[type=text]")) field.type = "date";
}).observe(document.body, { childList: true, subtree: true });
