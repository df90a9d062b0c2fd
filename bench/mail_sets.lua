-- Public test sets of other projects: broken and foreign-charset mail.  Each is
-- looked for in a folder under the name OWNER+NAME of its GitHub repository; the
-- files themselves are not kept here.

local M = {}

-- repository, the folders in it, and which files of those are messages
M.sets = {
  { "jstedfast/MimeKit", { "UnitTests/TestData/messages", "UnitTests/TestData/smime",
    "UnitTests/TestData/dkim", "UnitTests/TestData/partial", "UnitTests/TestData/tnef",
    "UnitTests/TestData/yenc" },
    { "%.eml$", "%.msg$", "messages/[^/]+%.txt$", "partial/.+%d$" } },
  { "jstedfast/gmime", { "tests/data/partial", "tests/data/smime", "tests/data/pgpmime" },
    { "%.msg$", "%.eml$", "%.%d$" } },
  { "mikel/mail", { "spec/fixtures/emails" }, { "%.eml$" } },
  { "nodemailer/mailparser", { "test/fixtures" }, { "%.eml$" } },
  { "postalsys/postal-mime", { "test" }, { "%.eml$" } },
  { "stalwartlabs/mail-parser", { "resources/eml" }, { "%.eml$" } },
  { "apache/james-mime4j", { "core/src/test/resources", "benchmark/src/main/resources",
    "dom/src/test/resources" }, { "%.msg$" } },
  { "jhillyerd/enmime", { "testdata/mail", "testdata/low-quality", "testdata/encode",
    "dsn/testdata" }, { "%.raw$", "%.eml$" } },
  { "zbateson/mail-mime-parser", { "tests/_data/emails" }, { "emails/[^/]+%.txt$" } },
  { "php-mime-mail-parser/php-mime-mail-parser", { "tests/mails" }, { "mails/[^/]+$" } },
  { "mjl-/mox", { "testdata" }, { "%.eml$" } },
  { "python/cpython", { "Lib/test/test_email/data" }, { "msg_%w+%.txt$" } },
}

local function files_of(folder)
  local list = {}
  local p = assert(io.popen(("find '%s' -type f 2>/dev/null | LC_ALL=C sort"):format(folder)))
  for path in p:lines() do list[#list + 1] = path end
  p:close()
  return list
end

local function matches(path, patterns)
  for _, pattern in ipairs(patterns) do
    if path:find(pattern) then return true end
  end
  return false
end

---The files of a set; none if it is not there.
---@param folder string
---@param set table
---@return string[]
function M.files(folder, set)
  local list = {}
  for _, sub in ipairs(set[2]) do
    for _, path in ipairs(files_of(("%s/%s/%s"):format(folder, set[1]:gsub("/", "+"), sub))) do
      if matches(path, set[3]) then list[#list + 1] = path end
    end
  end
  return list
end

return M
