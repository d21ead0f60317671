import { SecurityEventsDocument } from '../../generated/console-operations.ts';
import { Answered } from '../parts/answered.tsx';
import { EventList } from '../parts/event-list.tsx';
import { Section, ViewHeading } from '../parts/section.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { useConsole } from '../use-console.ts';
import { PasswordForm } from './password-form.tsx';
import { SecondFactor } from './second-factor.tsx';

export function SecurityView() {
  return (
    <>
      <ViewHeading title="Security" />
      <SecuritySections />
    </>
  );
}

/** What keeps the account the user's. */
export function SecuritySections() {
  const { features } = useConsole();
  return (
    <>
      <PasswordForm />
      {features.has('secondFactor') && <SecondFactor />}
      {features.has('notices') && <OwnEvents />}
    </>
  );
}

function OwnEvents() {
  const { api, changes } = useConsole();
  const answer = useAnswer(api, SecurityEventsDocument, {}, changes);
  return (
    <Section
      title="What happened"
      about="The last 50 events of your account. If one was not you, change your password."
    >
      <Answered answer={answer} what="events">
        {({ securityEvents }) => <EventList events={securityEvents} />}
      </Answered>
    </Section>
  );
}
