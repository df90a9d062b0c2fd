-- Every piece of code in the documentation is Lua, and runs: on a sandbox, or on the
-- Dovecot and the Postfix of the specs where it speaks their protocol.

local doc_blocks = require "support.doc_blocks"
local mail_servers = require "support.mail_servers"
local server = require "support.server"

local pages <const> = { "README.md", "doc/guide.md", "doc/recipes.md", "doc/imap.md",
  "doc/smtp_pop3.md", "doc/sandbox.md" }

-- what is no Lua, by how it begins: page, text
local not_lua <const> = {
  { "README.md", "make demo " }, { "README.md", "export SATCHEL_USER=" },
  { "README.md", "make  " }, { "README.md", "SATCHEL_LIVE_USER1=" },
  { "doc/guide.md", "anna@example.com: fails at login" }, -- what check prints
}

-- what is loaded, and not run: page, something in it, why
local not_run <const> = {
  { "doc/guide.md", "session.pop3:top", "it is of three protocols" },
  { "doc/imap.md", "imap:idle()", "it waits for news without end" },
}

local function listed(rows, block)
  for _, row in ipairs(rows) do
    if row[1] == block.page and block.text:find(row[2], 1, true) then return row end
  end
end

local function options_of(scheme)
  local all = mail_servers.options("imap", "anna@example.test")
  local smtp = mail_servers.postfix()
  local url = scheme:find "smtp" and smtp.url(scheme == "smtp" and "submission" or scheme)
    or mail_servers.dovecot().url(scheme)
  return ("[%q] = { url = %q, user = %q, password = %q, smtp = %q, tls = { ca = %q }, "
    .. "proxy = false },\n"):format(scheme, url, all.user, all.password, all.smtp, all.tls.ca)
end

local function accounts()
  local rows = {}
  for i, scheme in ipairs { "imap", "imaps", "pop3", "pop3s", "smtp", "smtps" } do
    rows[i] = options_of(scheme)
  end
  return "return {\n" .. table.concat(rows) .. "}\n"
end

-- what becomes of the pieces of a page, by line: "ok" or an error
local function run(page, lines)
  local folder = os.tmpname()
  os.remove(folder)
  local root = server.run "pwd":gsub("\n", "")
  server.run("mkdir -p '%s/work'", folder)
  server.write(folder .. "/accounts.lua", accounts())
  server.write(folder .. "/lines", table.concat(lines, "\n") .. "\n")
  local child = io.popen(("cd '%s/work' && lua5.4 '%s/spec/support/doc_run.lua' '%s' '%s' "
    .. "../accounts.lua <../lines 2>&1"):format(folder, root, root, page))
  local results = {}
  for line in child:lines() do
    local number, result = line:match "^(%d+)\t(.*)$"
    results[tonumber(number) or #results] = result or line
  end
  child:close()
  os.execute("rm -r '" .. folder .. "'")
  return results
end

for _, page in ipairs(pages) do
  describe("the code of " .. page, function()
    local blocks, runnable, results = doc_blocks.of(".", page), {}, nil
    for _, block in ipairs(blocks) do
      local is_lua = not listed(not_lua, block)
      local runs = is_lua and not listed(not_run, block)
      if runs then runnable[#runnable + 1] = block.line end
      it(("from line %d is what it looks like"):format(block.line), function()
        local chunk, why = load(block.source, "=" .. page)
        assert.equal(is_lua, chunk ~= nil, why)
      end)
      if runs then
        it(("from line %d runs"):format(block.line), function()
          results = results or run(page, runnable)
          assert.equal("ok", results[block.line])
        end)
      end
    end
  end)
end

it("lists as exceptions only what is there", function()
  for _, rows in ipairs { not_lua, not_run } do
    for _, row in ipairs(rows) do
      local found = 0
      for _, block in ipairs(doc_blocks.of(".", row[1])) do
        if block.text:find(row[2], 1, true) then found = found + 1 end
      end
      assert.equal(1, found, row[2])
    end
  end
end)
