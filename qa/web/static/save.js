// Lets the browser save a file that the server has made of the conversation. Nothing of it stays on the server's disk.
(file) => {
	if (!file) return null;
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([file.text], { type: file.type }));
	link.download = file.name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
	return null;
}
