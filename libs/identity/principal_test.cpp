#include "libs/identity/principal.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace scaiflow::identity {
namespace {

TEST(PermissionKeys, AreSortedAndUnique) {
  const auto& keys = permission_keys();
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
  EXPECT_EQ(std::count(keys.begin(), keys.end(), "secrets:read"), 0);  // for keys alone
}

TEST(LocalPrincipal, MayDoEverything) {
  const Principal local = local_principal();
  EXPECT_EQ(local.id, "local");
  EXPECT_EQ(local.tenant_id, "local");
  EXPECT_EQ(to_text(local.kind), "local");
  EXPECT_EQ(to_text(local.admin_role), "super_admin");
  EXPECT_EQ(local.admin_role_source, "bootstrap");
  for (const std::string_view key : permission_keys()) {
    EXPECT_TRUE(local.may(key)) << key;
  }
  EXPECT_FALSE(local.may("scaicore:nothing"));
}

TEST(DevPrincipal, HasATenantOfItsOwn) {
  EXPECT_EQ(dev_principal().id, "dev-user");
  EXPECT_EQ(dev_principal().tenant_id, "dev");
  EXPECT_TRUE(dev_principal().is_super_admin());
}

TEST(CorePrincipal, ReachesNoFurtherThanItsTenant) {
  const Principal core = core_principal("core_1", "t1", "acme");
  EXPECT_EQ(core.kind, PrincipalKind::Core);
  EXPECT_EQ(core.tenant_slug, "acme");
  EXPECT_TRUE(core.may("models:use"));
  EXPECT_FALSE(core.may("admin:platform"));
  EXPECT_FALSE(core.is_tenant_admin());
}

}  // namespace
}  // namespace scaiflow::identity
