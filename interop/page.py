"""page.py FOLDER: holds the page in FOLDER/dom against what the command line wrote into lm, tag and seq2seq."""
import html
import os
import re
import sys

folder = sys.argv[1]


def read(name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read().rstrip("\n")


dom = read("dom")


def content(name):
    """The text of the element of an id, its tags left out."""
    found = re.search(rf'<(\w+) id="{name}"[^>]*>(.*?)</\1>', dom, re.S)
    return html.unescape(re.sub(r"<[^>]*>", "", found.group(2))) if found else ""


def tags():
    found = re.findall(r'<span class="token[^>]*?data-tag="([^"]*)"[^>]*><span>(.*?)</span>', dom, re.S)
    return "\n".join(html.unescape(word) + "\t" + html.unescape(tag) for tag, word in found)


page = {
    "lm": lambda: content("text").rstrip("\n"),
    "tag": tags,
    "seq2seq": lambda: content("translation"),
}
compared = 0
for task, shown in page.items():
    if not os.path.exists(os.path.join(folder, task)):
        continue
    here, there = read(task), shown()
    print(there)
    if not there or there != here:
        sys.exit(f"{task}: the page and the command line differ; the latter wrote:\n{here}\n{content('about')} {content('status')}")
    compared += 1
    if task == "seq2seq":
        cells = len(re.findall(r"<td title=", dom))
        print(f"a heat map of {cells} cells")
if compared == 0:
    sys.exit("nothing was compared")
print("the page and the command line give the same")
