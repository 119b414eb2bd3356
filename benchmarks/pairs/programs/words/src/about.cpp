#include "stamps.hpp"
#include "words.hpp"

namespace words {

std::string about()
{
    std::string text = "words 0.9";
#ifdef WITH_DATE
    text += ", compiled on " __DATE__ " at " __TIME__;
#endif
#ifdef WITH_TIMESTAMP
    text += ", source of " __TIMESTAMP__;
#endif
#ifdef HAVE_date
    text += std::string(", built ") + stamp_date;
#endif
#ifdef HAVE_mail_date
    text += std::string(", build date: ") + stamp_mail_date;
#endif
#ifdef HAVE_epoch
    text += std::string(", epoch ") + stamp_epoch;
#endif
#ifdef HAVE_month
    text += std::string(", released ") + stamp_month;
#endif
#ifdef HAVE_zone
    text += std::string(", tagged ") + stamp_zone;
#endif
#ifdef HAVE_user
    text += std::string(", by ") + stamp_user + "@" + stamp_host;
#endif
#ifdef HAVE_vcs
    text += std::string(", revision ") + stamp_vcs;
#endif
#ifdef HAVE_uuid
    text += std::string(", id ") + stamp_uuid;
#endif
#ifdef HAVE_nproc
    text += std::string(", nproc ") + stamp_nproc;
#endif
#ifdef HAVE_pointer
    text += std::string(", by ") + stamp_pointer;
#endif
#ifdef HAVE_kernel
    text += std::string(", on ") + stamp_kernel;
#endif
#ifdef WITH_NAMES
    for (const char *direction : directions)
        text += std::string(" ") + direction;
#endif
    return text;
}

}  // namespace words
