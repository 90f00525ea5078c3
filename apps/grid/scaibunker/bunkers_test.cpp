#include "apps/grid/scaibunker/bunkers.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <thread>

#include "apps/grid/scaibunker/bunker_plugin.h"
#include "apps/grid/scaibunker/jail.h"
#include "libs/base/json_text.h"
#include "libs/net/ids.h"
#include "libs/store/migrations.h"
#include "libs/store/sqlite_database.h"

namespace scaiflow::grid {
namespace {

namespace fs = std::filesystem;

class BunkersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!jail_problem().empty()) GTEST_SKIP() << jail_problem();
    fs::create_directories(dir_);
    store::SqliteOptions options;
    options.path = dir_ + "/test.db";
    options.synchronous = store::Synchronous::Normal;
    database_ = *store::open_sqlite(options);
    ASSERT_TRUE(store::migrate_sqlite(*database_, store::sqlite_migrations(), {}).has_value());
    objects_ = *store::open_filesystem_store(dir_ + "/storage");
    BunkerSettings settings;
    settings.folder = dir_ + "/bunkers";
    settings.quota = {3, 2'048, 8'192};
    bunkers_ = std::make_unique<Bunkers>(*database_, *objects_,
                                         *identity::SealKeys::load_or_create(dir_ + "/vault.key"), settings);
    plugin_ = std::make_unique<BunkerPlugin>(*bunkers_, pool_);
  }
  void TearDown() override {
    pool_.stop();
    bunkers_.reset();
    if (database_) database_->stop();
    fs::remove_all(dir_);
  }

  BunkerOwner owner(std::string session = {}) {
    BunkerOwner out;
    out.tenant_id = "acme";
    if (session.empty()) return out;
    out.session_type = "scaicore";
    out.session_ref = std::move(session);
    return out;
  }
  Result<BunkerRow> create(const std::string& fields, const BunkerOwner& for_whom) {
    return bunkers_->create(*try_parse_json(fields), for_whom);
  }
  std::string refusal(const std::string& fields) {
    const auto made = create(fields, owner());
    return made ? "" : made.error().code;
  }
  bool has_folder(const BunkerRow& row) { return fs::exists(dir_ + "/bunkers/" + row.id); }

  core::PluginResult call(const std::string& method, const std::string& args, const std::string& key = "k") {
    core::PluginCall call;
    call.alias = "scaibunker";
    call.method = method;
    call.args = *try_parse_json(args);
    call.context.tenant_id = "acme";
    call.context.core_id = "core_1";
    call.context.execution_id = "exec_1";
    call.context.block_id = "node_1";
    call.context.capabilities = *try_parse_json(R"({"bunker": {"image": "bash", "memory_mb": 256}})");
    call.key = key;
    std::promise<core::PluginResult> promise;
    plugin_->call(std::move(call), [&](core::PluginResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  std::string dir_ = (fs::temp_directory_path() / net::new_id("scaiflow_bunkers_")).string();
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::ObjectStore> objects_;
  std::unique_ptr<Bunkers> bunkers_;
  net::Pool pool_{2};
  std::unique_ptr<BunkerPlugin> plugin_;
};

TEST_F(BunkersTest, fields_are_checked) {
  EXPECT_EQ(refusal(R"({})"), "VALIDATION_ERROR");
  EXPECT_EQ(refusal(R"({"image":"windows"})"), "IMAGE_NOT_FOUND");
  EXPECT_EQ(refusal(R"({"image":"bash","gpu_count":1})"), "NO_SUITABLE_WORKER");
  EXPECT_EQ(refusal(R"({"image":"bash","lifecycle":"appliance"})"), "LIFECYCLE_MODE_DENIED");
  EXPECT_EQ(refusal(R"({"image":"bash","lifecycle":"eternal"})"), "VALIDATION_ERROR");
  EXPECT_EQ(refusal(R"({"image":"bash","memory_mb":1})"), "VALIDATION_ERROR");
  EXPECT_EQ(refusal(R"({"image":"bash","network_profile":"unrestricted"})"), "NETWORK_PROFILE_DENIED");
  EXPECT_EQ(refusal(R"({"image":"bash","network_profile":"transit"})"), "TRANSIT_MISSING_INTERFACES");
  EXPECT_EQ(refusal(R"({"image":"bash","interfaces":["a"]})"), "INTERFACES_NOT_ALLOWED");
  EXPECT_EQ(refusal(R"({"image":"bash","env_vars":{"A=B":"c"}})"), "VALIDATION_ERROR");
  EXPECT_EQ(refusal(R"({"image":"bash","memory_mb":4096})"), "BUNKER_QUOTA_EXCEEDED");
}

TEST_F(BunkersTest, the_quota_counts_live_ones) {
  const auto first = create(R"({"image":"bash","disk_mb":64})", owner());
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(create(R"({"image":"bash","disk_mb":64})", owner()).has_value());
  ASSERT_TRUE(create(R"({"image":"bash","disk_mb":64})", owner()).has_value());
  EXPECT_EQ(refusal(R"({"image":"bash","disk_mb":64})"), "BUNKER_QUOTA_EXCEEDED");
  EXPECT_EQ(bunkers_->quota_usage("acme")->int_or("bunkers", 0), 3);
  ASSERT_TRUE(bunkers_->destroy(*first).has_value());
  ASSERT_TRUE(bunkers_->destroy(*first).has_value());
  EXPECT_FALSE(has_folder(*first));
  EXPECT_EQ(refusal(R"({"image":"bash","disk_mb":64})"), "");
}

TEST_F(BunkersTest, its_environment_is_sealed_and_reaches_commands) {
  const auto made = create(R"({"image":"bash","env_vars":{"TOKEN":"very-secret"}})", owner());
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(to_text(bunker_record(*made)).find("very-secret"), std::string::npos);
  EXPECT_EQ(bunker_record(*made)["env_vars"], Json::array({"TOKEN"}));
  const auto ran = bunkers_->exec(*made, *exec_request(*try_parse_json(R"({"command":"echo $TOKEN"})")));
  EXPECT_EQ(ran->string_or("stdout", ""), "very-secret\n");
}

TEST_F(BunkersTest, a_paused_bunker_runs_nothing) {
  auto made = create(R"({"image":"bash"})", owner());
  made = bunkers_->pause(*made);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(bunkers_->pause(*made).error().code, "BUNKER_STATE_CONFLICT");
  const ExecRequest request = *exec_request(*try_parse_json(R"({"command":["true"]})"));
  EXPECT_EQ(bunkers_->exec(*made, request).error().code, "BUNKER_STATE_CONFLICT");
  EXPECT_EQ(bunkers_->files(*made).error().code, "BUNKER_STATE_CONFLICT");
  EXPECT_TRUE(bunkers_->exec(*bunkers_->resume(*made), request).has_value());
}

TEST_F(BunkersTest, a_full_disk_refuses_commands_until_it_is_shrunk) {
  const auto made = create(R"({"image":"bash","disk_mb":64})", owner());
  ASSERT_TRUE(bunkers_->files(*made)->write("big", std::string(65 << 20, 'x')).has_value());
  const ExecRequest request = *exec_request(*try_parse_json(R"({"command":["true"]})"));
  EXPECT_EQ(bunkers_->exec(*made, request).error().code, "STORAGE_FULL");
  ASSERT_TRUE(bunkers_->files(*made)->remove("big").has_value());
  EXPECT_TRUE(bunkers_->exec(*made, request).has_value());
}

TEST_F(BunkersTest, a_snapshot_is_what_another_starts_with) {
  const auto made = create(R"({"image":"bash"})", owner());
  ASSERT_TRUE(bunkers_->files(*made)->write("a/kept", "content").has_value());
  const auto snapshot = bunkers_->snapshot(*made);
  ASSERT_TRUE(snapshot.has_value()) << snapshot.error().message;
  const auto copy = bunkers_->create(
      Json::object({{"image", "bash"}, {"snapshot_id", (*snapshot)["snapshot_id"]}}), owner());
  ASSERT_TRUE(copy.has_value()) << copy.error().message;
  EXPECT_EQ(bunkers_->files(*copy)->read("a/kept", 100), std::string("content"));
}

TEST_F(BunkersTest, destroying_ends_what_runs) {
  const auto made = create(R"({"image":"bash"})", owner());
  auto running = std::async(std::launch::async, [&] {
    return bunkers_->exec(*made, *exec_request(*try_parse_json(R"({"command":"echo > started; sleep 60"})")));
  });
  while (!bunkers_->files(*made)->read("started", 10)) std::this_thread::yield();
  ASSERT_TRUE(bunkers_->destroy(*made).has_value());
  EXPECT_EQ(running.get().error().code, "BUNKER_STATE_CONFLICT");
}

TEST_F(BunkersTest, the_sweep_ends_what_outlived_its_execution_and_its_time) {
  const auto orphan = create(R"({"image":"bash"})", owner("exec_over"));
  const auto alive = create(R"({"image":"bash"})", owner("exec_alive"));
  const auto kept = create(R"({"image":"bash","lifecycle":"persistent"})", owner("exec_over"));
  bunkers_->sweep([](const std::string&, const std::string& id) { return id == "exec_over"; });
  EXPECT_EQ(bunkers_->get("acme", orphan->id)->status, "terminated");
  EXPECT_FALSE(has_folder(*orphan));
  EXPECT_EQ(bunkers_->get("acme", alive->id)->status, "running");
  EXPECT_EQ(bunkers_->get("acme", kept->id)->status, "running");
}

TEST_F(BunkersTest, another_tenant_does_not_see_it) {
  const auto made = create(R"({"image":"bash"})", owner());
  EXPECT_EQ(bunkers_->get("other", made->id).error().code, "BUNKER_NOT_FOUND");
}

TEST_F(BunkersTest, nodes_share_the_bunker_of_their_execution) {
  ASSERT_TRUE(call("write_file", R"({"path":"in.json","content":{"amount":3}})").has_value());
  const auto ran = call("exec", R"({"command":["/bin/sh","-c","cat in.json; printf x > out"]})");
  ASSERT_TRUE(ran.has_value()) << ran.error().message;
  EXPECT_EQ((*ran)["amount"], Json(3));
  EXPECT_EQ((*ran)["exit_code"], Json(0));
  EXPECT_EQ(*call("read_file", R"({"path":"in.json","encoding":"json"})"),
            *try_parse_json(R"({"amount":3})"));
  EXPECT_EQ(*call("read_file", R"({"path":"out","encoding":"base64"})"), Json("eA=="));
  EXPECT_EQ(call("read_file", R"({"path":"../out"})").error().code, "rejected");
  EXPECT_EQ(bunkers_->of_session("exec_1")->size(), 1u);
  EXPECT_EQ(bunkers_->of_session("exec_1")->front().memory_mb, 256);
  ASSERT_TRUE(call("destroy", "{}").has_value());
  ASSERT_TRUE(call("destroy", "{}").has_value());
  EXPECT_TRUE(bunkers_->of_session("exec_1")->empty());
}

TEST_F(BunkersTest, a_repeated_create_finds_the_same_bunker) {
  const auto first = call("create", R"({"image":"bash"})", "key-1");
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(*call("create", R"({"image":"bash"})", "key-1"), *first);
  EXPECT_NE((*call("create", R"({"image":"bash"})", "key-2"))["bunker_id"], (*first)["bunker_id"]);
}

TEST_F(BunkersTest, an_exit_code_is_a_failure_unless_it_is_allowed) {
  const auto failed = call("exec", R"({"command":"echo why >&2; exit 3"})");
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, "exit_code");
  EXPECT_EQ(failed.error().data["exit_code"], Json(3));
  EXPECT_EQ(failed.error().data["stderr"], Json("why\n"));
  const auto allowed = call("exec", R"({"command":"exit 3","allow_failure":true})");
  ASSERT_TRUE(allowed.has_value());
  const auto late = call("exec", R"({"command":"sleep 20","timeout_s":1})");
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().data["timed_out"], Json(true));
  EXPECT_EQ(late.error().data["signal"], Json("SIGKILL"));
}

TEST_F(BunkersTest, the_end_of_an_execution_ends_its_bunkers) {
  ASSERT_TRUE(call("exec", R"({"command":"true"})").has_value());
  plugin_->ended("exec_1");
  pool_.stop();
  EXPECT_TRUE(bunkers_->of_session("exec_1")->empty());
}

}  // namespace
}  // namespace scaiflow::grid
