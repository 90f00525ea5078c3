#include "libs/net/deadline.h"

#include <gtest/gtest.h>

#include <future>

namespace scaiflow::net {
namespace {

HttpResponse answer_of(int status) {
  HttpResponse response;
  response.status = status;
  return response;
}

TEST(Deadline, AnswersForAHandlerThatIsLate) {
  Timers timers;
  InlineExecutor here;
  std::promise<int> status;
  const Responder outer =
      collecting_responder([&](const HttpResponse& response) { status.set_value(response.status); });
  const Responder guarded = with_deadline(outer, timers, here, 1, answer_of(504));
  EXPECT_EQ(status.get_future().get(), 504);
  guarded.send(answer_of(200));  // too late: the caller has its answer
}

TEST(Deadline, AnAnswerInTimeEndsTheWait) {
  Timers timers;
  InlineExecutor here;
  std::promise<int> status;
  const Responder outer =
      collecting_responder([&](const HttpResponse& response) { status.set_value(response.status); });
  {
    const Responder guarded = with_deadline(outer, timers, here, 3'600'000, answer_of(504));
    EXPECT_TRUE(guarded.send(answer_of(200)));
  }
  EXPECT_EQ(status.get_future().get(), 200);
}

TEST(Deadline, AStreamThatHasBegunMayGoOn) {
  Timers timers;
  InlineExecutor here;
  std::promise<HttpResponse> got;
  const Responder outer =
      collecting_responder([&](HttpResponse response) { got.set_value(std::move(response)); });
  const Responder guarded = with_deadline(outer, timers, here, 5, answer_of(504));
  const StreamHandle stream = guarded.begin_stream(200, {});
  std::promise<void> passed;
  timers.after(20, here, [&] { passed.set_value(); });  // the deadline lies before it
  passed.get_future().wait();
  stream.write("late but good");
  stream.close();
  const HttpResponse response = got.get_future().get();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "late but good");
}

}  // namespace
}  // namespace scaiflow::net
