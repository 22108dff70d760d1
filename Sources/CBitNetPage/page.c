// One array for each file of web/; a new file is added twice, here and in the list below.
#include "bitnet_page.h"

// #embed is C23; clang accepts it in every language mode and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t answer_js[] = {
#embed "web/answer.js"
};
static const uint8_t api_js[] = {
#embed "web/api.js"
};
static const uint8_t app_js[] = {
#embed "web/app.js"
};
static const uint8_t base_css[] = {
#embed "web/base.css"
};
static const uint8_t blocks_js[] = {
#embed "web/blocks.js"
};
static const uint8_t chat_js[] = {
#embed "web/chat.js"
};
static const uint8_t code_js[] = {
#embed "web/code.js"
};
static const uint8_t composer_js[] = {
#embed "web/composer.js"
};
static const uint8_t dialogs_js[] = {
#embed "web/dialogs.js"
};
static const uint8_t dom_js[] = {
#embed "web/dom.js"
};
static const uint8_t drawer_js[] = {
#embed "web/drawer.js"
};
static const uint8_t events_js[] = {
#embed "web/events.js"
};
static const uint8_t icon_svg[] = {
#embed "web/icon.svg"
};
static const uint8_t index_html[] = {
#embed "web/index.html"
};
static const uint8_t inline_js[] = {
#embed "web/inline.js"
};
static const uint8_t keys_js[] = {
#embed "web/keys.js"
};
static const uint8_t layout_css[] = {
#embed "web/layout.css"
};
static const uint8_t markdown_js[] = {
#embed "web/markdown.js"
};
static const uint8_t memory_store_js[] = {
#embed "web/memory-store.js"
};
static const uint8_t message_js[] = {
#embed "web/message.js"
};
static const uint8_t messages_css[] = {
#embed "web/messages.css"
};
static const uint8_t panels_css[] = {
#embed "web/panels.css"
};
static const uint8_t settings_panel_js[] = {
#embed "web/settings-panel.js"
};
static const uint8_t settings_js[] = {
#embed "web/settings.js"
};
static const uint8_t sidebar_js[] = {
#embed "web/sidebar.js"
};
static const uint8_t store_js[] = {
#embed "web/store.js"
};
static const uint8_t theme_js[] = {
#embed "web/theme.js"
};
static const uint8_t thread_js[] = {
#embed "web/thread.js"
};
static const uint8_t transcript_js[] = {
#embed "web/transcript.js"
};
static const uint8_t transfer_js[] = {
#embed "web/transfer.js"
};

static const struct {
    const char *name;
    const uint8_t *bytes;
    size_t size;
} files[] = {
// The name in an address, and what is served under it.
#define FILE(name, array) {name, array, sizeof array}
    FILE("answer.js", answer_js),
    FILE("api.js", api_js),
    FILE("app.js", app_js),
    FILE("base.css", base_css),
    FILE("blocks.js", blocks_js),
    FILE("chat.js", chat_js),
    FILE("code.js", code_js),
    FILE("composer.js", composer_js),
    FILE("dialogs.js", dialogs_js),
    FILE("dom.js", dom_js),
    FILE("drawer.js", drawer_js),
    FILE("events.js", events_js),
    FILE("icon.svg", icon_svg),
    FILE("index.html", index_html),
    FILE("inline.js", inline_js),
    FILE("keys.js", keys_js),
    FILE("layout.css", layout_css),
    FILE("markdown.js", markdown_js),
    FILE("memory-store.js", memory_store_js),
    FILE("message.js", message_js),
    FILE("messages.css", messages_css),
    FILE("panels.css", panels_css),
    FILE("settings-panel.js", settings_panel_js),
    FILE("settings.js", settings_js),
    FILE("sidebar.js", sidebar_js),
    FILE("store.js", store_js),
    FILE("theme.js", theme_js),
    FILE("thread.js", thread_js),
    FILE("transcript.js", transcript_js),
    FILE("transfer.js", transfer_js),
};

size_t bitnet_page_count(void) { return sizeof files / sizeof files[0]; }

const char *bitnet_page_name(size_t index) { return files[index].name; }

size_t bitnet_page_size(size_t index) { return files[index].size; }

uint8_t bitnet_page_byte(size_t index, size_t offset) { return files[index].bytes[offset]; }
